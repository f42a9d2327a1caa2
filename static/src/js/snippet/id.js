/**
 * A new UUID of version 7, in its form without hyphens. Written out because `crypto.randomUUID` makes version 4,
 * and only in pages that came over TLS.
 */
export const newId = () => {
  // Until the year 2527 the milliseconds have 11 digits of the 12.
  let id = `0${Date.now().toString(16)}7`;
  crypto.getRandomValues(new Uint8Array(19)).forEach((byte, place) => {
    // The fourth digit of the random ones holds the variant, binary 10xx.
    id += (place == 3 ? 8 + (byte & 3) : byte & 15).toString(16);
  });
  return id;
};
