process.stderr.write('hoplens: nothing here yet\n');
process.exitCode = 2;
