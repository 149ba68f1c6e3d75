/** Another writer changed a target while a part ran. The part is rolled back and runs again. */
export class PartDisturbed extends Error {
  override readonly name = 'PartDisturbed';
}

/** The job cannot continue; the message states why. */
export class JobFault extends Error {
  override readonly name = 'JobFault';
}
