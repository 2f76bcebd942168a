# The dead man's switch: takes the change back when nobody has confirmed it in time, whoever is gone by then. A timer of
# systemd where there is one; else a process of a session of its own. at(1) would add nothing to that: few nodes have its
# daemon, it counts in minutes, by a clock that may jump, and where it would outlive the process, at a logind that ends
# what users leave behind (KillUserProcesses= in logind.conf(5)), the process leaves the cgroup by which it is found.

systemd_runs() {
  [ -d /run/systemd/system ] && command -v systemd-run >/dev/null 2>&1
}

unit=hoplens-$id
boot_unit=hoplens-boot-$id
boot_file=/etc/systemd/system/$boot_unit.service

# By default a timer of systemd is up to a minute late (AccuracySec in systemd.timer(5)). What the switch restarts stays.
arm_systemd() {
  systemd-run --quiet --unit="$unit" --on-active="$seconds" --timer-property=AccuracySec=1s \
    --property=KillMode=process /bin/sh "$dir/change" expire >/dev/null 2>&1 &&
    systemctl is-active --quiet "$unit.timer"
}

arm_process() {
  setsid /bin/sh "$dir/change" guard >/dev/null 2>&1 &
  waited=0
  until alive "$(value guard)"; do
    waited=$((waited + 1))
    [ "$waited" -lt 100 ] || return 1
    sleep 0.1 2>/dev/null || sleep 1
  done
}

# Whether the switch is armed now; which one it is, on the output.
armed() {
  if systemd_runs && systemctl is-active --quiet "$unit.timer" 2>/dev/null; then
    echo systemd
  elif alive "$(value guard)"; then
    echo process
  else
    return 1
  fi
}

# At a reboot running state is gone anyway; what is on disks and in etcd is not.
arm_boot() {
  printf '%s\n' '[Unit]' 'Description=Takes back a change by Hoplens that nobody has confirmed' \
    'Wants=network-online.target' 'After=network-online.target' '[Service]' 'Type=oneshot' \
    'KillMode=process' "ExecStart=/bin/sh $dir/change boot" '[Install]' 'WantedBy=multi-user.target' \
    2>/dev/null >"$boot_file" && systemctl enable --quiet "$boot_unit.service" >/dev/null 2>&1
}

disarm() {
  if systemd_runs; then
    systemctl stop "$unit.timer" >/dev/null 2>&1
    [ -e "$boot_file" ] && systemctl disable --quiet "$boot_unit.service" >/dev/null 2>&1
  fi
  rm -f "$boot_file"
  guard=$(value guard)
  [ "$guard" != $$ ] && alive "$guard" && end_session "$guard"
}

# Out of the login's cgroup, in all hierarchies by which systemd and elogind tell sessions: see cgroups(7).
leave_session() {
  for procs in /sys/fs/cgroup/cgroup.procs /sys/fs/cgroup/unified/cgroup.procs /sys/fs/cgroup/systemd/cgroup.procs \
    /sys/fs/cgroup/elogind/cgroup.procs; do
    [ ! -w "$procs" ] || echo $$ 2>/dev/null >"$procs"
  done
}

# The process of arm_process. It also does what somebody has begun to do and was ended at.
guard() {
  trap '' INT TERM
  leave_session
  fact guard $$ || exit 1
  deadline=$(value deadline)
  while [ -d "$dir" ]; do
    if has decision; then
      alive "$(value worker)" || expire
    elif [ "$(uptime)" -ge "$deadline" ]; then
      expire
    fi
    sleep 1
  done
}
