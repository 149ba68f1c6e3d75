import { minLength, required, type SchemaPathTree, validate } from '@angular/forms/signals';
import { PASSWORD_LENGTH_MIN } from '@icmp-mon/identity/contract';

/** Rules of a form with a new password that is entered twice. */
export function checkNewPassword(path: SchemaPathTree<{ newPassword: string; repeated: string }>): void {
  required(path.newPassword, { message: 'Enter a new password.' });
  minLength(path.newPassword, PASSWORD_LENGTH_MIN, { message: `At least ${PASSWORD_LENGTH_MIN} characters.` });
  validate(path.repeated, ({ value, valueOf }) =>
    value() === valueOf(path.newPassword) ? undefined : { kind: 'repeated', message: 'The passwords do not match.' },
  );
}
