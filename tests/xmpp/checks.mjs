// What is checked, counted and printed line by line.
let passed = 0;
let failed = 0;

export function check(what, holds, otherwise = '') {
  if (holds) {
    passed += 1;
    console.log(`ok    ${what}`);
  } else {
    failed += 1;
    console.log(`FAIL  ${what}${otherwise ? `: ${otherwise}` : ''}`);
  }
}

/** Prints the count, and gives the exit code. */
export function counted(what) {
  console.log(`figure: ${what} held=${passed} failed=${failed}`);
  return failed || !passed ? 1 : 0;
}
