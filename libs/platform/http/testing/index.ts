export { logInFrom, RawConnection, unfinishedBodies } from './raw-request';
