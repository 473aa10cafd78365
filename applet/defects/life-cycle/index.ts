export * from './activated-with-any-certificate.js';
export * from './activation-without-pin.js';
export * from './deactivation-keeps-pin.js';
export * from './key-made-again.js';
export * from './selection-without-warning.js';
export * from './termination-not-told.js';
