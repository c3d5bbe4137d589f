# What `satchel services`, `pictures` and `press` start: stand-ins for Kafka and S3, a site with pictures, the trainer's
# emulator, and a class of pupils.
#
#     docker build -f docker/services.Dockerfile -t satchel-services .
ARG JRE_IMAGE=eclipse-temurin:17-jre-noble@sha256:f7537fa73fa7c5bc4e51ea11a611c1d0d8bbf4e9f22de93b666072de98e752e2
FROM ${JRE_IMAGE}
LABEL org.opencontainers.image.title="Satchel's stand-ins" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY testkit/target/lib/ /opt/satchel/lib/
COPY testkit/target/satchel-testkit.jar /opt/satchel/
RUN mkdir /data && chown 9999:9999 /data
USER 9999:9999
VOLUME /data
WORKDIR /data
ENTRYPOINT ["java", "-Xmx512m", "-Djava.awt.headless=true", "-Dlog.file=/tmp/satchel.log", "-cp", "/opt/satchel/satchel-testkit.jar:/opt/satchel/lib/*", "io.github.satchel.testkit.demo.TestKit"]
