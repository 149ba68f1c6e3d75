// npm run demo -- issuer: an OpenID Connect issuer to try single sign-on with.
import { StandInIssuer } from '../../libs/identity/server/testing/stand-in-issuer.ts';
import { codeOf } from '../error-text.mjs';
import { print, Refusal } from '../output.mjs';
import { stateDir } from '../paths.mjs';
import { filesOf } from '../product.mjs';
import { readAccess } from './product.mjs';

const CLIENT_ID = 'icmp-mon';
/** Not a secret: the issuer listens on this machine only, and signs in everyone. */
const CLIENT_SECRET = 'demo';
const PEOPLE = [
  { id: 'person-1', name: 'operator', groups: ['noc'] },
  { id: 'person-2', name: 'administrator', groups: ['noc-admins'] },
  { id: 'person-3', name: 'guest', groups: ['guests'] },
];

/**
 * Runs the issuer until Ctrl-C, and prints how to start the product with it.
 * @param {number} port
 * @throws Refusal if the port is in use
 */
export async function runIssuer(port) {
  const { portalUrl } = readAccess(filesOf(stateDir).access);
  const issuer = await StandInIssuer.start({
    ...{ port, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, portalUrl, people: PEOPLE, groupsInIdToken: true },
  }).catch((/** @type {unknown} */ error) => {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new Refusal(`Port ${port} is in use. Name a free one: npm run demo -- issuer --port <port>`);
  });
  print(textOf(issuer.url, portalUrl));
  await new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
  await issuer.stop();
  print('The issuer has stopped. Restart the product without its settings.');
}

/**
 * @param {string} url
 * @param {string} portalUrl
 */
const textOf = (url, portalUrl) => `The issuer listens at ${url}, until Ctrl-C. In another terminal:

export ICMPMON_PUBLIC_URL=${portalUrl} ICMPMON_OIDC_ISSUER=${url} ICMPMON_OIDC_LABEL='the demo issuer'
export ICMPMON_OIDC_CLIENT_ID=${CLIENT_ID} ICMPMON_OIDC_CLIENT_SECRET=${CLIENT_SECRET} ICMPMON_OIDC_SCOPES=openid,profile,groups
export ICMPMON_OIDC_ROLES=noc-admins=admin,noc=operator
npm stop && npm start -- --detach

Then open ${portalUrl}/login. ${PEOPLE.map(({ name, groups }) => `${name} (${groups.join(', ')})`).join(', ')}: guests have no role.`;
