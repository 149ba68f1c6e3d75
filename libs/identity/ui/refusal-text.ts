import type { Problem } from '@icmp-mon/platform/ui-kit';

/** Returns a refused request as one line: the errors by field if the server sent any, otherwise its detail. */
export function refusalText({ title, detail, fields }: Problem, names: Readonly<Record<string, string>>): string {
  const known = Object.entries(fields).filter(([field]) => names[field] !== undefined);
  if (known.length === 0) return `${title}. ${detail}`;
  return known.map(([field, fault]) => `${names[field]} ${fault.replace(`${field} `, '')}.`).join(' ');
}
