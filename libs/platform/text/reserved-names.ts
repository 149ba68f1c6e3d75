/**
 * Whether every JavaScript object has a property of this name already (`constructor`, `toString`, `__proto__`, …).
 * Libraries on both sides of the API drop such members or take them for something else, so they are refused by name.
 */
export function isReservedName(name: string): boolean {
  return name in Object.prototype || name === 'prototype';
}

/** What is wrong with such a name, to follow it. */
export const RESERVED_NAME = 'is a name that every object has in JavaScript: choose another one';
