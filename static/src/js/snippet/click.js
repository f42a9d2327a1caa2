// Clicks that are told: marked elements, links to other hosts, downloads.
import { add } from "./event.js";
import { look } from "./page.js";
import { on } from "./settings.js";

const MARK = "data-analytics";
const DOWNLOAD = /\.(7z|csv|dmg|docx?|epub|exe|t?gz|mp[34]|msi|pdf|pkg|pptx?|rar|txt|xlsx?|zip)$/i;

const onClick = (event) => {
  // The third button opens a menu.
  if (event.button > 1) return;
  look();
  // The path sees into shadow trees, where `closest` does not.
  const find = (selector) => event.composedPath().find((element) => element.matches?.(selector));
  const marked = find(`[${MARK}]`);
  const link = find("a[href]");
  const metadata = {};
  if (marked) {
    for (const { name, value } of marked.attributes) {
      const property = name.split(`${MARK}-`)[1];
      if (property) metadata[property.replace(/-/g, "_")] = value;
    }
    add(marked.getAttribute(MARK), { metadata });
  }
  if (/^http/.test(link?.protocol)) {
    const isDownload = link.hasAttribute("download") || DOWNLOAD.test(link.pathname);
    // Without its query, which belongs to somebody else's page.
    const fields = { metadata: { target: link.origin + link.pathname } };
    if (isDownload || link.host != location.host) add(isDownload ? "file_download" : "outbound_click", fields);
  }
};

export const startClicks = () => on("click auxclick", onClick);
