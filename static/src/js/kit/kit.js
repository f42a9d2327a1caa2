// The parts of pages with cards, ranges and filters. Each does nothing where its elements are not.
import { startCells } from "./cells.js";
import { startCopyLink } from "./copy_link.js";
import { startMenus } from "./menu.js";
import { startSections } from "./section.js";
import { startTableSwitch } from "./table_switch.js";

export const startKit = () => {
  startMenus();
  startTableSwitch();
  startCells();
  startCopyLink();
  startSections();
};
