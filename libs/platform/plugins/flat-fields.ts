import type { AuditFields } from './audited-categories';

/** Returns the members of a value as fields, by their path: `checks.0.type`. Members that are absent, null or empty have no field. */
export function flatFields(name: string, value: unknown): AuditFields {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object') return { [name]: String(value) };
  const entries = Object.entries(value);
  const isList = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  if (isList && entries.length > 0) return { [name]: value.join(', ') };
  return Object.assign(
    {},
    ...entries.map(([key, member]) => flatFields(`${name}.${key}`, member as unknown)),
  ) as AuditFields;
}

/** Returns tags as fields: `tag:site`. */
export const tagFields = (tags: Readonly<Record<string, string>>): AuditFields =>
  Object.fromEntries(
    Object.keys(tags)
      .sort()
      .map((key) => [`tag:${key}`, tags[key]]),
  );
