//! Places, and points on the map.

use async_graphql::{Context, ID, Object, SimpleObject};
use event_schemas::Place;

use super::asking::hub;
use super::node_id::{Kind, global};
use super::words::{BothTexts, Language, say};
use crate::failure::{Answer, Failure};

/// A point, WGS-84 degrees.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub(crate) struct Location {
    /// Longitude.
    lon: f64,
    /// Latitude.
    lat: f64,
}

impl Location {
    /// A point, where both coordinates are known.
    pub(crate) fn of(lon: Option<f64>, lat: Option<f64>) -> Option<Self> {
        Some(Self {
            lon: lon?,
            lat: lat?,
        })
    }
}

/// A place of the catalog's tree.
pub(crate) struct PlaceView {
    place: Place,
}

impl PlaceView {
    /// The place of a code, if the catalog knows it.
    pub(crate) fn of(ctx: &Context<'_>, code: Option<&str>) -> Result<Option<Self>, Failure> {
        let Some(code) = code else { return Ok(None) };
        let place = hub(ctx)?.catalog.places().get(code);
        Ok(place.map(Self::from))
    }
}

impl From<&Place> for PlaceView {
    fn from(place: &Place) -> Self {
        // Borders may be large and are not shown here.
        Self {
            place: Place {
                polygon: None,
                ..place.clone()
            },
        }
    }
}

/// A district, street or town, community … of the catalog's tree.
#[Object(name = "Place")]
impl PlaceView {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        global(Kind::Place, &self.place.code)
    }

    /// Its code, as in `placecode`.
    async fn code(&self) -> &str {
        &self.place.code
    }

    /// `district`, `street`, `town`, `community`, … as the catalog says.
    async fn kind(&self) -> &str {
        &self.place.kind
    }

    /// Its name.
    async fn name(&self, ctx: &Context<'_>, lang: Option<Language>) -> String {
        say(ctx, &self.place.name, lang)
    }

    /// Its name in both languages.
    async fn names(&self) -> BothTexts {
        BothTexts::from(&self.place.name)
    }

    /// The place it lies in.
    async fn parent(&self, ctx: &Context<'_>) -> Answer<Option<Self>> {
        Ok(Self::of(ctx, self.place.parent.as_deref())?)
    }

    /// The places directly within it.
    async fn children(&self, ctx: &Context<'_>) -> Answer<Vec<Self>> {
        let places = hub(ctx)?.catalog.places();
        let children = places.children(&self.place.code);
        Ok(children.into_iter().map(Self::from).collect())
    }

    /// A point inside, for labels.
    async fn center(&self) -> Option<Location> {
        let (lon, lat) = self.place.center?;
        Location::of(Some(lon), Some(lat))
    }
}
