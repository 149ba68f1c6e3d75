import type { Problem } from '@icmp-mon/platform/ui-kit';

/** A refusal in one line: what is wrong at the fields when the server says so, its detail otherwise. */
export function refusalText({ title, detail, fields }: Problem, names: Readonly<Record<string, string>>): string {
  const known = Object.entries(fields).filter(([field]) => names[field] !== undefined);
  if (known.length === 0) return `${title}. ${detail}`;
  return known.map(([field, fault]) => `${names[field]} ${fault.replace(`${field} `, '')}.`).join(' ');
}
