/** Script: `npx tsx perf/import-card-data.ts <carddata folder> [profiles folder [calibration folder]]`. */
import { dirname, join } from 'node:path';
import { profilesFolder } from './profile-files.js';
import { importCalibration } from './write-calibration.js';
import { importCardData } from './write-profiles.js';

const [dataFolder, outputFolder = profilesFolder(), calibrationFolder] = process.argv.slice(2);
if (dataFolder === undefined) {
  console.error(
    'usage: npx tsx perf/import-card-data.ts <carddata folder> [profiles folder [calibration folder]]',
  );
  process.exitCode = 2;
} else {
  const ids = importCardData(dataFolder, outputFolder);
  console.log(`${ids.length} profiles written: ${ids.join(', ')}`);
  const folder = calibrationFolder ?? join(dirname(outputFolder), 'calibration');
  console.log(`${importCalibration(dataFolder, folder)} timed commands written`);
}
