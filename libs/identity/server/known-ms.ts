/** While the database is away, a caller that was known this long ago may still look at the product's health. */
export const KNOWN_MS = 10 * 60_000;
