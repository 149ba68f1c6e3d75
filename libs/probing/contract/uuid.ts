const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in lower-case canonical form, other than the nil one. */
export function isUuid(text: string): boolean {
  return UUID.test(text) && text !== '00000000-0000-0000-0000-000000000000';
}
