export * from './opening-register.js';
export * from './opening-service.js';
export * from './share-message.js';
