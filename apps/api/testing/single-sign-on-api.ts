import type { UserView } from '@icmp-mon/identity/contract';
import { type StandInPerson, StandInIssuer } from '@icmp-mon/identity/server/testing';
import { freePort } from '@icmp-mon/platform/testing';
import { IssuerBrowser } from './issuer-browser';
import { startTestApi, type TestApi } from './test-api';
import { TestUsers } from './test-users';

const CLIENT = { clientId: 'icmp-mon', clientSecret: 's3cret' };

/** An API whose users can sign in at a stand-in issuer, where `noc` is operator, `noc-admins` admin, and `acme` and `bolt` are customers. */
export class SingleSignOnApi {
  private constructor(
    readonly api: TestApi,
    readonly users: TestUsers,
    private readonly people: StandInPerson[],
    public issuer: StandInIssuer,
  ) {}

  static async start(people: StandInPerson[]): Promise<SingleSignOnApi> {
    const port = await freePort();
    const publicUrl = `http://127.0.0.1:${port}`;
    const issuer = await StandInIssuer.start({ ...CLIENT, port: 0, portalUrl: publicUrl, people });
    const api = await startTestApi({
      apiPort: port,
      singleSignOn: {
        ...{ ...CLIENT, issuer: issuer.url, label: 'Example', publicUrl, groupsClaim: 'groups' },
        scopes: ['openid', 'profile', 'email', 'groups'],
        groupRoles: [
          { group: 'noc', role: 'operator' },
          { group: 'noc-admins', role: 'admin' },
          { group: 'acme', role: 'engineer', scope: 'customer=acme' },
          { group: 'bolt', role: 'engineer', scope: 'customer=bolt' },
        ],
      },
    });
    return new SingleSignOnApi(api, new TestUsers(api), people, issuer);
  }

  async stop(): Promise<void> {
    await this.api.stop();
    await this.issuer.stop();
  }

  /** Starts the issuer again, which was stopped. */
  async restartIssuer(): Promise<void> {
    const port = Number(new URL(this.issuer.url).port);
    this.issuer = await StandInIssuer.start({ ...CLIENT, port, portalUrl: this.api.url, people: this.people });
  }

  newBrowser(): IssuerBrowser {
    return new IssuerBrowser(this.api.url, this.issuer);
  }

  async userNamed(name: string): Promise<UserView | undefined> {
    return (await this.users.listUsers()).find((user) => user.name === name);
  }

  /** Lets the next renewal of each login ask the issuer. */
  async askAgain(): Promise<void> {
    await this.api.control.execute(
      `UPDATE issuer_login SET confirmed_at = confirmed_at - interval '2 minutes', asking_until = NULL`,
    );
  }

  personOf(id: string): StandInPerson {
    const person = this.people.find((each) => each.id === id);
    if (person === undefined) throw new Error(`There is no person ${id}.`);
    return person;
  }
}
