// The one script of every page: starts the parts that the page has.
import { startDrawer } from "./drawer.js";
import { startForms } from "./form.js";
import { startKit } from "./kit/kit.js";
import { startLeaving } from "./leave.js";
import { refresh } from "./moment.js";
import { startOverview } from "./overview.js";
import { startPlace } from "./place.js";
import { startShortcuts } from "./shortcuts.js";
import { startTheme } from "./theme.js";

startTheme();
startDrawer();
startForms();
startKit();
startLeaving();
startPlace();
startShortcuts(startOverview());
// The overview refreshes its times with the server's clock; elsewhere twice a minute is enough.
if (!document.querySelector("main")?.dataset.live) setInterval(() => refresh(Date.now()), 30_000);
