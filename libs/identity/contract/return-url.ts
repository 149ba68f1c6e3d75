const LENGTH_MAX = 2_000;
/** A host that no portal has, to resolve paths against. */
const BASE = 'http://portal.invalid';

/** Returns the page to open after a sign-in: only a page of this portal, never another site, the API or the sign-in page. */
export function safeReturnUrl(asked: string | null | undefined): string {
  if (!asked || !asked.startsWith('/') || asked.length > LENGTH_MAX || asked.includes('\\')) return '/';
  if (!URL.canParse(asked, BASE)) return '/';
  const { origin, pathname, search, hash } = new URL(asked, BASE);
  if (origin !== BASE || pathname.startsWith('//') || /^\/(login|api)(\/|$)/.test(pathname)) return '/';
  return `${pathname}${search}${hash}`;
}
