//! Alerts, cases, timelines, dead letters, feeds and progress.

use crate::real_store::Store;

#[tokio::test]
async fn an_empty_database_answers_every_question_with_nothing() {
    let store = Store::fresh().await;
    let reader = &store.reader;
    assert!(
        reader
            .alerts(&Default::default(), &event_store::PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        reader
            .cases(&Default::default(), &event_store::PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        reader
            .dead_letters(&Default::default(), &event_store::PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(
        reader
            .timeline("c1", &event_store::PageRequest::first(5))
            .await
            .unwrap()
            .rows
            .is_empty()
    );
    assert!(reader.alert("a").await.unwrap().is_none());
    assert!(reader.case("c").await.unwrap().is_none());
    assert!(
        reader
            .feed_activity(crate::sample::STORM)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        reader
            .rejections(crate::sample::STORM)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(reader.progress().await.unwrap().0.is_empty());
}
