// The one tooltip of a page. It is an ordinary element whose text is set as text, and lies above every card.
let element = null;
/** What the tooltip stands at, if it was asked for by focus or hover: `{ content, target }`. */
let anchor = null;

/** Moving to a cell by keyboard may scroll the page; the words of the cell that has the focus then go with it. */
const onScroll = () => {
  if (anchor && anchor.target === document.activeElement) showTipAt(anchor.content, anchor.target);
  else hideTip();
};

const box = () => {
  if (element?.isConnected) return element;
  element = document.createElement("div");
  element.className = "tip";
  element.hidden = true;
  // The same words are in the page or are announced, so that nothing is read twice.
  element.setAttribute("aria-hidden", "true");
  document.body.append(element);
  // What it points at moves away.
  addEventListener("scroll", onScroll, { capture: true, passive: true });
  return element;
};

const part = (name, text) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
};

const line = ({ mark, name, value }, isFoot) => {
  const row = part("div");
  row.className = isFoot ? "tip-row tip-foot" : "tip-row";
  const dot = part("i");
  dot.className = mark ?? "";
  row.append(dot, part("span", name), part("b", value));
  return row;
};

/**
 * Shows `{ head, rows, foot, notes }` beside a point of the window, on the side that has room.
 * `x` and `y` are in pixels of the window; `gap` keeps the box off the point.
 */
export const showTip = ({ head, rows = [], foot = null, notes = [] }, x, y, gap = 14) => {
  const tip = box();
  const title = part("div", head);
  title.className = "tip-head";
  const remarks = notes.map((text) => {
    const remark = part("div", text);
    remark.className = "tip-note";
    return remark;
  });
  tip.replaceChildren(title, ...rows.map((row) => line(row, false)), ...(foot ? [line(foot, true)] : []), ...remarks);
  tip.hidden = false;
  anchor = null;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = x + gap + width <= innerWidth - 8 ? x + gap : Math.max(8, x - gap - width);
  const top = Math.max(8, Math.min(innerHeight - height - 8, y - height / 2));
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
};

/** Shows it above an element, or below where there is no room. */
export const showTipAt = (content, target) => {
  const edge = target.getBoundingClientRect();
  showTip(content, edge.left + edge.width / 2, edge.top, 0);
  const tip = box();
  const left = Math.max(8, Math.min(innerWidth - tip.offsetWidth - 8, edge.left + edge.width / 2 - tip.offsetWidth / 2));
  const above = edge.top - tip.offsetHeight - 6;
  tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(above >= 8 ? above : edge.bottom + 6)}px)`;
  anchor = { content, target };
};

export const hideTip = () => {
  if (element) element.hidden = true;
  anchor = null;
};

/** The content in one sentence, for the polite region. */
export const tipSentence = ({ head, rows = [], foot = null, notes = [] }) =>
  [`${head}: ${rows.map(({ name, value }) => `${name} ${value}`).join(", ")}`, ...(foot ? [`${foot.name} ${foot.value}`] : []), ...notes].join(". ");

/** Says what a reader did, to those who cannot see it. */
export const announce = (text) => {
  const region = document.getElementById("announce");
  if (region) region.textContent = text;
};
