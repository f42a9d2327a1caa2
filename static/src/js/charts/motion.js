// How long drawings move; not at all for those who asked for less motion, and not on paper.
const query = matchMedia("(prefers-reduced-motion: reduce)");

export const motion = (isStill) => ({
  animation: !isStill && !query.matches,
  animationDuration: 380,
  animationDurationUpdate: 260,
  animationEasing: "cubicOut",
});
