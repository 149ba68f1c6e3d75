import { ControlDatabase } from '@icmp-mon/platform/database';
import { CallerAccess, DAY_MS, HOUR_MS, HousekeepingTasks, inSteps } from '@icmp-mon/platform/plugins';
import { Global, Module } from '@nestjs/common';
import { forgetPasswordLinks } from '../accounts/password-link';
import { StoredCallerAccess } from '../accounts/stored-caller-access';
import { forgetLoginChallenges } from '../sessions/login-challenges';
import { forgetUsedSignIns } from '../single-sign-on/issuer-logins';
import { forgetSessions } from '../sessions/session-rows';

/** Maximum rows per statement. */
const SESSIONS_PER_STEP = 10_000;

/** Exports `CallerAccess` for work that continues after its request. */
@Global()
@Module({
  providers: [{ provide: CallerAccess, useClass: StoredCallerAccess }],
  exports: [CallerAccess],
})
export class IdentityWorkerModule {
  constructor(control: ControlDatabase, tasks: HousekeepingTasks) {
    tasks.plug({
      name: 'sessions',
      everyMs: HOUR_MS,
      runTask: ({ nowMs }) => inSteps(SESSIONS_PER_STEP, () => forgetSessions(control, new Date(nowMs - DAY_MS))),
    });
    tasks.plug({
      name: 'password-links',
      everyMs: HOUR_MS,
      runTask: ({ nowMs }) => forgetPasswordLinks(control, new Date(nowMs)),
    });
    tasks.plug({
      name: 'login-challenges',
      everyMs: HOUR_MS,
      runTask: ({ nowMs }) => forgetLoginChallenges(control, new Date(nowMs)),
    });
    tasks.plug({
      name: 'used-sign-ins',
      everyMs: HOUR_MS,
      runTask: ({ nowMs }) => forgetUsedSignIns(control, new Date(nowMs)),
    });
  }
}
