/** Names of tiers and VRFs. */
export const IDENTIFIER = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/;
export const IDENTIFIER_LENGTH_MAX = 63;
export const IDENTIFIER_MESSAGE =
  'must be letters, digits, "_", "." or "-", beginning and ending with a letter or digit';

/** Ids of targets. */
export const TARGET_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
