-- How long a moment is: a hundred-thousandth of the time range, at least a second.
SELECT greatest(epoch_us($to - $from) // 100000, 1000000) AS us
