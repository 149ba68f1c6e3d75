/** Names of URL parameters that usually have a secret as their value. */
const SECRET_NAME =
  /token|secret|passw|passphrase|pwd|api[-_.]?key|credential|signature|jwt|(^|[-_.])(key|auth|sig|pass)$/i;

/** Value of a parameter that the worker replaces by the stored credential. */
export const CREDENTIAL_PLACE = '{credential}';

const HIDDEN = '(hidden)';

/** Returns the name of a parameter that seems to contain a secret; undefined if none does. */
export function secretParameter(parameters: URLSearchParams): string | undefined {
  return [...parameters].find(([name, value]) => isSecret(name, value))?.[0];
}

/** Returns a location without the secrets that a definition of an older release may contain. */
export function shownLocation(location: string): string {
  const url = URL.canParse(location) ? new URL(location) : null;
  if (url === null || secretParameter(url.searchParams) === undefined) return location;
  const shown = [...url.searchParams].map(([name, value]) => `${name}=${isSecret(name, value) ? HIDDEN : value}`);
  return `${url.origin}${url.pathname}?${shown.join('&')}`;
}

/** Returns whether the credential is a parameter of the location, and not a header. */
export const hasCredentialPlace = (location: string): boolean =>
  URL.canParse(location) && [...new URL(location).searchParams.values()].includes(CREDENTIAL_PLACE);

/** Returns the URL of a location with the credential in its place. */
export function withCredential(location: string, credential: string): URL {
  const url = new URL(location);
  for (const [name, value] of [...url.searchParams])
    if (value === CREDENTIAL_PLACE) url.searchParams.set(name, credential);
  return url;
}

/** Returns a text of a server without the credential, which it may repeat. */
export function withoutCredential(text: string, credential: string | null): string {
  if (credential === null) return text;
  const inQuery = new URLSearchParams([['', credential]]).toString().slice(1);
  return [credential, encodeURIComponent(credential), inQuery].reduce(
    (shown, secret) => shown.replaceAll(secret, HIDDEN),
    text,
  );
}

const isSecret = (name: string, value: string): boolean =>
  SECRET_NAME.test(name) && value !== '' && value !== CREDENTIAL_PLACE;
