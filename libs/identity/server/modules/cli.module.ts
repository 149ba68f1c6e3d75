import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';

@Module({})
export class IdentityCliModule {
  constructor(none: NoReadModels) {
    none.plug(
      {
        tables: 'user_account, api_key',
        reason: 'names and hashes of secrets are kept here and nowhere else: events refer to them by id only',
      },
      { tables: 'login_session, refresh_token', reason: 'kept here and nowhere else' },
    );
  }
}
