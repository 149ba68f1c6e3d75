import { logInFrom } from '@icmp-mon/platform/http/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';

const ADDRESSES = { short: 8, full: 40 };
const GUESSES_EACH = 30;
/** Wrong passwords that one address may try in a burst for one user. */
const ANSWERED_MAX = 12;
const LOGINS = 10;
const ADMIN_ADDRESS = '127.0.1.1';

/** Many addresses guess the administrator's password, who logs in from another address at the same time. */
export async function run({ short, printLine, installation }: FaultContext): Promise<Verdict> {
  const findings = new Findings(printLine);
  const { product } = await installation();
  const { apiUrl, adminUser: user, adminPassword: password } = product.access;
  const addresses = Array.from({ length: short ? ADDRESSES.short : ADDRESSES.full }, (_, at) => `127.0.2.${at + 1}`);
  let answeredMost = 0;
  const guessing = Promise.all(
    addresses.map(async (address) => {
      const guesses = await Promise.all(
        Array.from({ length: GUESSES_EACH }, () => logInFrom(apiUrl, address, { user, password: 'guess' })),
      );
      answeredMost = Math.max(answeredMost, guesses.filter((status) => status === 401).length);
      return guesses.filter((status) => status === 429).length;
    }),
  );
  let logins = 0;
  for (let login = 0; login < LOGINS; login += 1) {
    if ((await logInFrom(apiUrl, ADMIN_ADDRESS, { user, password })) === 200) logins += 1;
  }
  const refused = (await guessing).reduce((sum, count) => sum + count, 0);
  findings.recordCount('guesses rejected', `${refused} of ${addresses.length * GUESSES_EACH}`);
  findings.must('successful logins of the administrator', logins, LOGINS);
  findings.atMost('most guesses answered to one address', answeredMost, ANSWERED_MAX);
  return findings;
}
