/** Runs a script's main function; what it throws is one line for people, not a stack trace. */
export async function main(body) {
  try {
    process.exitCode = (await body()) ?? 0;
  } catch (error) {
    console.error(process.env.HOPLENS_DEBUG ? error : error.message);
    process.exitCode = 1;
  }
}
