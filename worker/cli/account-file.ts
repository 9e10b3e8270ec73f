export { PLATFORMS, readAccounts, theAccount } from '../engine/accounts';
