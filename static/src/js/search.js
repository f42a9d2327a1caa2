// Finds entries of the command palette by a few letters.

/** Entries whose name or group holds all the words of `text`; those whose name begins with the first word lead. */
export const search = (entries, text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = ({ name, group }) => words.every((word) => `${name} ${group}`.toLowerCase().includes(word));
  const leads = ({ name }) => words.length > 0 && name.toLowerCase().startsWith(words[0]);
  const found = entries.filter(holds);
  return [...found.filter(leads), ...found.filter((entry) => !leads(entry))];
};
