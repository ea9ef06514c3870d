//! The hub before the field's own judges: the GraphQL over HTTP audit, the reference client of
//! graphql-transport-ws, and GraphiQL in a real browser.

use domain::access::Role;
use tests::api::Api;
use tests::console::{ConsoleTools, tools};
use tests::hub::TestHub;

/// Runs a script of the console's folder against a hub; all it wrote, and whether it was content.
async fn judged(
    tools: &'static ConsoleTools,
    script: &str,
    given: &[(&str, &str)],
) -> (bool, String) {
    let mut command = tools.command("node", &[&format!("conformance/{script}.mjs")]);
    command.envs(given.iter().copied());
    let running = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = running.await.unwrap();
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.push_str(&String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

/// Signs somebody new in.
async fn somebody(hub: &TestHub, name: &str, roles: Vec<Role>) -> (Api, String) {
    let now = service_kit::Clock::system().now();
    let identity = &hub.hub.identity;
    let password = identity.create_account(name, roles, now).await.unwrap();
    let api = Api::sign_in(&hub.url(), name, &password).await;
    (api, password)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_graphql_over_http_audit_finds_nothing() {
    let tools = tools().await;
    let hub = TestHub::start("httpaudit").await;
    let (api, _) = somebody(&hub, "auditor", vec![Role::Developer]).await;
    let given = [
        ("CITY_BRAIN_URL", api.url.as_str()),
        ("CITY_BRAIN_TOKEN", api.token.as_str()),
    ];
    let (content, said) = judged(tools, "graphql-http", &given).await;
    assert!(content, "{said}");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_client_of_graphql_transport_ws_works_with_the_hub() {
    let tools = tools().await;
    let hub = TestHub::start("wsclient").await;
    let (api, _) = somebody(&hub, "client", vec![Role::Operator, Role::Developer]).await;
    let given = [
        ("CITY_BRAIN_URL", api.url.as_str()),
        ("CITY_BRAIN_TOKEN", api.token.as_str()),
    ];
    let (content, said) = judged(tools, "graphql-ws", &given).await;
    assert!(content, "{said}");
    hub.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphiql_works_in_a_browser_and_loads_nothing_from_elsewhere() {
    let tools = tools().await;
    let cache = local_stack::cache_dir_default().unwrap();
    let built = city_brain::console::built_console(&cache, |_| {}).await;
    let namespace = tests::stack::namespace("graphiql");
    let settings = city_brain::settings::Settings {
        console: city_brain::settings::ConsoleSource::Folder(built.unwrap()),
        ..tests::hub::settings(&namespace)
    };
    let hub = TestHub::with(namespace, settings).await;
    let (api, password) = somebody(&hub, "browser", vec![Role::Developer]).await;
    let given = [
        ("CITY_BRAIN_URL", api.url.as_str()),
        ("CITY_BRAIN_NAME", "browser"),
        ("CITY_BRAIN_PASSWORD", password.as_str()),
    ];
    let (content, said) = judged(tools, "graphiql", &given).await;
    assert!(content, "{said}");
    hub.stop().await;
}
