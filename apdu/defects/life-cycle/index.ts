export * from './back-from-termination.js';
export * from './channel-after-activation.js';
export * from './deactivated-twice.js';
export * from './no-termination-when-deactivated.js';
export * from './pin-before-activation.js';
export * from './pin-when-deactivated.js';
export * from './read-when-deactivated.js';
export * from './roles-after-termination.js';
