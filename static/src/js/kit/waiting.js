// Which of the waiting sections is fetched next: a few at once, those nearest to what the reader sees first.
//
// All are fetched, seen or not, so that a page that is printed or searched holds everything. Asking for all of them
// at once would only make each wait for the others: the server answers with as many cores as it has.

/** Sections that are fetched at the same time. */
const AT_ONCE = 3;

const waiting = new Set();
let running = 0;

/** How far above or below the window something is, in pixels. */
const distance = (section) => {
  const { top, bottom } = section.getBoundingClientRect();
  return Math.max(top - innerHeight, -bottom, 0);
};

/** The one that is nearest to the window; among those within it, the upper one. */
export const nearest = (sections, far = distance) => [...sections].reduce((best, section) => (far(section) < far(best) ? section : best));

const next = () => {
  while (running < AT_ONCE && waiting.size > 0) {
    const section = nearest(waiting);
    waiting.delete(section);
    running += 1;
    section.load().finally(() => {
      running -= 1;
      next();
    });
  }
};

/** Loads the section when its turn comes. */
export const queue = (section) => {
  waiting.add(section);
  // After all that come with the page: only then is known which is nearest.
  queueMicrotask(next);
};

/** Forgets a section that has left the page. */
export const unqueue = (section) => waiting.delete(section);
