/** Returns a text as a part of a LIKE pattern that matches it as it is. */
export const likeText = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** Returns the LIKE pattern that matches any text with this part. */
export const likePart = (text: string): string => `%${likeText(text)}%`;
