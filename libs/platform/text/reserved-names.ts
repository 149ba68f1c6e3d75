/**
 * Returns whether every JavaScript object already has a property of this name (`constructor`, `toString`, `__proto__`, …).
 * Libraries on both sides of the API drop or misinterpret such members, so they are refused.
 */
export function isReservedName(name: string): boolean {
  return name in Object.prototype || name === 'prototype';
}

/** The fault of such a name, to be appended to it. */
export const RESERVED_NAME = 'is a reserved name in JavaScript: choose another one';
