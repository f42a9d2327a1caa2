//! What every page needs, with or without a person behind it: where links start, which files to load.

use std::sync::Arc;

use askama::Template;
use askama::filters::HtmlSafe;

use crate::web::view::assets::Assets;

/// The part of a page that is the same everywhere.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The path under which a proxy serves us, without a final slash: `""` or `"/analytics"`.
    pub base: String,
    /// The built files.
    pub assets: Arc<Assets>,
    /// The token that every form of this page sends back in the hidden field `csrf`.
    pub csrf: String,
}

impl Frame {
    /// The address of the countries' shapes, for `block::country_map`.
    pub fn world(&self) -> String {
        format!("{}/static/{}", self.base, self.assets.world)
    }

    /// An icon of the sprite, by the name it has in `static/src/icons.json`.
    pub fn icon<'a>(&'a self, name: &'a str) -> Icon<'a> {
        Icon {
            base: &self.base,
            sprite: &self.assets.icons,
            name,
        }
    }
}

/// A decorative icon: hidden from assistive technology, so the text beside it must stand alone.
#[derive(Template)]
#[template(path = "part/icon.html")]
pub struct Icon<'a> {
    base: &'a str,
    sprite: &'a str,
    name: &'a str,
}

impl HtmlSafe for Icon<'_> {}
