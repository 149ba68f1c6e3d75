import { CallerAccess, type CurrentAccess } from '@icmp-mon/platform/plugins';

/** The access of all callers. */
export class FakeAccess extends CallerAccess {
  access: CurrentAccess | null = { permissions: ['targets:write'], scope: null };

  override readAccess(): Promise<CurrentAccess | null> {
    return Promise.resolve(this.access);
  }
}
