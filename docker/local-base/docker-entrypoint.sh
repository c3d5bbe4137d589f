#!/usr/bin/env bash
# The two commands of the official image's entrypoint that compose.yaml uses: standalone-job and taskmanager,
# each with -D key=value.
set -euo pipefail
role=$1
shift
settings=()
while [ "${1:-}" = -D ]; do
  settings+=("$1" "$2")
  shift 2
done

# As the official one does, in a place that can be written to: the settings go on top of conf/config.yaml.
conf=$(mktemp -d)
cp "$FLINK_HOME"/conf/* "$conf"
for setting in "${settings[@]}"; do
  [ "$setting" = -D ] && continue
  key=${setting%%=*}
  sed -i "/^${key//./\\.}:/d" "$conf/config.yaml"
  echo "$key: \"${setting#*=}\"" >>"$conf/config.yaml"
done
export FLINK_LIB_DIR=$FLINK_HOME/lib FLINK_PLUGINS_DIR=$FLINK_HOME/plugins FLINK_CONF_DIR=$conf
class_path=$(printf '%s:' "$FLINK_HOME"/lib/*.jar)

utils() {
  java -cp "$class_path" org.apache.flink.runtime.util.bash.BashJavaUtils "$@" |
    sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p'
}

case $role in
  standalone-job)
    parameters=$(utils GET_JM_RESOURCE_PARAMS --configDir "$conf")
    # Flink's own main class for this is in no artifact of a Maven repository.
    class_path+=/opt/satchel-testkit.jar
    main=(io.github.satchel.testkit.flink.ApplicationMain
      "$conf" "$FLINK_HOME/usrlib" io.github.satchel.job.SatchelJob "$@")
    ;;
  taskmanager)
    parameters=$(utils GET_TM_RESOURCE_PARAMS --configDir "$conf")
    # Unquoted: several arguments.
    # shellcheck disable=SC2046
    main=(org.apache.flink.runtime.taskexecutor.TaskManagerRunner
      --configDir "$conf" $(sed -n 2p <<<"$parameters"))
    ;;
  *)
    echo "standalone-job or taskmanager, and not $role" >&2
    exit 64
    ;;
esac
opens=$(sed -n 's/^env.java.opts.all: *//p' "$conf/config.yaml")
# Unquoted: several arguments each.
# shellcheck disable=SC2046,SC2086
exec java $(sed -n 1p <<<"$parameters") $opens -Dlog.file="$FLINK_HOME/log/$role.log" \
  -Dlog4j.configurationFile="$conf/log4j-console.properties" -cp "$class_path" "${main[@]}"
