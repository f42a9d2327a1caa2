//! The names of the built static files, as templates use them.
//!
//! Reads the manifest that the front-end build writes; does not serve the files.

use serde::Deserialize;

/// Hashed file names, each to be served under `{base}/static/` and kept by browsers for ever.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The script of every page, loaded deferred.
    pub app_js: String,
    /// The script that sets the theme before the first paint.
    pub boot_js: String,
    /// The script for other people's pages; also served under a name of its own.
    pub snippet_js: String,
    /// The script of pages with charts, loaded deferred.
    pub charts_js: String,
    /// The countries; one is a fragment of it.
    pub world: String,
    /// The icon sprite; an icon is a fragment of it.
    pub icons: String,
    /// The font, latin letters; preloaded.
    pub font: String,
    /// The font's further latin letters; fetched by the style sheet when a page needs them.
    pub font_ext: String,
    /// The icon of the browser's tab.
    pub favicon: String,
    /// Licences of what others made.
    pub licenses: String,
}

impl Assets {
    /// Reads `static/dist/manifest.json`.
    ///
    /// # Errors
    /// If the text is not JSON or a name is missing, which means that the bundle was not built.
    pub fn from_manifest(manifest: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(manifest)
    }
}

#[cfg(test)]
mod tests {
    use super::Assets;

    #[test]
    fn the_committed_manifest_names_every_file_that_templates_use() {
        let manifest = include_str!("../../../static/dist/manifest.json");

        let assets = Assets::from_manifest(manifest).expect("the committed manifest is complete");

        assert!(assets.css.starts_with("app.") && assets.css.ends_with(".css"));
        assert!(assets.app_js.ends_with(".js"));
        assert_ne!(assets.app_js, assets.boot_js);
    }

    #[test]
    fn a_manifest_without_a_name_is_refused() {
        let error =
            Assets::from_manifest(r#"{"css": "app.css"}"#).expect_err("most names are missing");

        assert!(error.to_string().contains("app_js"), "{error}");
    }
}
