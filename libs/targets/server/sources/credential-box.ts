import { DomainError } from '@icmp-mon/platform/errors';
import { SecretBox } from '@icmp-mon/platform/secrets';
import { SourceFault } from './source-fault';

/**
 * Encrypts credentials of sources. Each is bound to its source and to the origin of its location: moved to another row, or with another
 * address in the row, it cannot be opened.
 */
export class CredentialBox {
  private readonly box: SecretBox | null;

  /** @param secret the setting; without it sources have no credentials */
  constructor(secret: string | undefined) {
    this.box = secret === undefined ? null : new SecretBox(secret, 'inventory sources');
  }

  /** @throws DomainError `conflict` without the setting */
  sealCredential(credential: string, place: string): Buffer {
    if (this.box !== null) return this.box.sealText(credential, place);
    throw new DomainError(
      'conflict',
      'Credentials cannot be stored: set ICMPMON_CREDENTIALS_KEY, the same for api and worker.',
    );
  }

  /** @throws SourceFault without the setting, or with another one than that with which it was stored */
  openCredential(box: Buffer, place: string): string {
    const credential = this.box?.openText(box, place) ?? null;
    if (credential !== null) return credential;
    const advice =
      'Set ICMPMON_CREDENTIALS_KEY to the same value for api and worker; if the former value is lost, enter the credential again.';
    throw new SourceFault('The stored credential cannot be decrypted.', advice);
  }
}
