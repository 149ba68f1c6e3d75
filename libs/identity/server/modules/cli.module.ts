import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { Module } from '@nestjs/common';

@Module({})
export class IdentityCliModule {
  constructor(none: NoReadModels) {
    none.plug(
      {
        tables: 'user_account, api_key',
        reason: 'hashes of secrets and names of keys are stored only in these tables; events contain only their ids',
      },
      {
        tables:
          'login_session, refresh_token, password_link, login_challenge, second_factor, recovery_code, issuer_login, used_sign_in',
        reason: 'stored only in these tables',
      },
    );
  }
}
