# The trainer of docs/trainer.md, with its network. From the repository's root, after ./mvnw -DskipTests package:
#
#     docker build -f docker/trainer.Dockerfile -t satchel-trainer .
#     docker run -p 127.0.0.1:9600:9600 -v trainer:/data satchel-trainer
#
# It runs with a read-only root file system and a /tmp of its own; what it keeps is in /data.
ARG JRE_IMAGE=eclipse-temurin:17-jre-noble@sha256:f7537fa73fa7c5bc4e51ea11a611c1d0d8bbf4e9f22de93b666072de98e752e2
ARG NODE_IMAGE=node:22.23.2-bookworm-slim@sha256:83f487e0a63425e5b4d146fb5e5be574bcbe1b7b843d3ebafdd95eaf7767a7e5

# Checked by its SHA-256 when the trainer starts.
FROM ${NODE_IMAGE} AS network
WORKDIR /network
RUN npm install --no-save --ignore-scripts --no-audit --no-fund @mediapipe/objectron@0.4.1675468480 && \
    tail -c +185 node_modules/@mediapipe/objectron/objectron_solution_packed_assets.data \
      > object_detection_ssd_mobilenetv2_oidv4_fp16.tflite

FROM ${JRE_IMAGE} AS natives
COPY trainer/target/lib/ /lib-all/
# OpenCV of this machine's architecture only: the other one's is 60 MB.
RUN case "$(uname -m)" in \
      x86_64) rm -f /lib-all/*-linux-arm64.jar ;; \
      aarch64) rm -f /lib-all/*-linux-x86_64.jar ;; \
      *) echo "no OpenCV for $(uname -m)" >&2; exit 1 ;; \
    esac

FROM ${JRE_IMAGE}
LABEL org.opencontainers.image.title="Satchel's trainer" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=network /network/*.tflite /opt/satchel/cache/satchel/models/
COPY NOTICE /opt/satchel/
COPY --from=natives /lib-all/ /opt/satchel/lib/
COPY trainer/target/satchel-trainer.jar /opt/satchel/
# The directory of credentials too, which may be a volume of its own.
RUN mkdir -p /data/credentials && chown -R 9999:9999 /data
ENV XDG_CACHE_HOME=/opt/satchel/cache OPENCV_LOG_LEVEL=OFF
# As in the script satchel, which says why.
ENV MALLOC_MMAP_THRESHOLD_=33554432 MALLOC_TRIM_THRESHOLD_=67108864 MALLOC_ARENA_MAX=2
USER 9999:9999
VOLUME /data
EXPOSE 9600
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9600"]
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-Xms32m", "-Xmx160m", "-XX:MaxDirectMemorySize=64m", "-Xss512k", "-Djava.awt.headless=true", "-Dorg.bytedeco.javacpp.cachedir=/tmp/javacpp", "-cp", "/opt/satchel/satchel-trainer.jar:/opt/satchel/lib/*", "io.github.satchel.trainer.TrainerCommand", "trainer"]
CMD ["--directory", "/data", "--host", "0.0.0.0"]
