/** Whether an address is one of our own pages: a value that slipped in must not become script or lead elsewhere. */
export const isOwn = (url) => url.startsWith("?") || (url.startsWith("/") && !/^\/[/\\]/.test(url));
