/** Returns the page to open after the login: only a path of this portal, never another site. */
export function safeReturnUrl(asked: string | null | undefined): string {
  if (!asked || !asked.startsWith('/') || asked.startsWith('//') || asked.includes('\\')) return '/';
  return asked.startsWith('/login') ? '/' : asked;
}
