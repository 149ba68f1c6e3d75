/** During an outage of the database, a caller that was authenticated within this time may still read the product's health. */
export const KNOWN_MS = 10 * 60_000;
