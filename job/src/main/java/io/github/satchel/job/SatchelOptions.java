package io.github.satchel.job;

import static org.apache.flink.configuration.ConfigOptions.key;

import io.github.satchel.job.SatchelConfiguration.Rule;
import io.github.satchel.job.fetch.source.TlsChoice;
import io.github.satchel.job.resize.kernel.KernelChoice;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.MemorySize;
import org.apache.kafka.common.record.CompressionType;

/**
 * Every setting of the job, in the order of its stages. {@code docs/configuration.md} is generated
 * from here ({@link ConfigurationDocs}); {@link SatchelConfiguration} reads and checks them.
 */
public final class SatchelOptions {

  public static final ConfigOption<String> SITE_NAME =
      key("site.name")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "What your site is called: pupils read it where a web host does not allow a picture"
                  + " to be used.");

  public static final ConfigOption<String> SITE_CONTACT =
      key("site.contact")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Where the owner of a web host reaches you: an address of a page, or of e-mail. It is"
                  + " in the User-Agent of every download.");

  public static final ConfigOption<String> KAFKA_BOOTSTRAP_SERVERS =
      key("kafka.bootstrap-servers")
          .stringType()
          .noDefaultValue()
          .withDescription("Kafka brokers, host:port, separated by commas.");

  public static final ConfigOption<String> KAFKA_GROUP_ID =
      key("kafka.group-id")
          .stringType()
          .defaultValue("satchel")
          .withDescription(
              "Consumer group under which the position in the requests is shown. Where the job goes"
                  + " on after a stop is in its checkpoints.");

  public static final ConfigOption<String> KAFKA_REQUESTS_TOPIC =
      key("kafka.topics.requests")
          .stringType()
          .defaultValue("training-requests")
          .withDescription("Topic the requests are read from.");

  public static final ConfigOption<String> KAFKA_RESULTS_TOPIC =
      key("kafka.topics.results")
          .stringType()
          .defaultValue("training-results")
          .withDescription("Topic the events are written to.");

  public static final ConfigOption<String> KAFKA_DEAD_LETTERS_TOPIC =
      key("kafka.topics.dead-letters")
          .stringType()
          .defaultValue("training-requests-dead-letter")
          .withDescription("Topic that takes, as they came, the requests that cannot be read.");

  public static final ConfigOption<MemorySize> KAFKA_MAX_MESSAGE_SIZE =
      key("kafka.max-message-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(8))
          .withDescription(
              "Largest message written: an event that lists 10,000 failing images is over Kafka's"
                  + " default of 1 MB. The topics need max.message.bytes to match.");

  public static final ConfigOption<CompressionType> KAFKA_COMPRESSION =
      key("kafka.compression")
          .enumType(CompressionType.class)
          .defaultValue(CompressionType.GZIP)
          .withDescription(
              "Codec of the events and dead letters that the job writes. Every Kafka client reads"
                  + " gzip; kafkajs, for one, reads neither zstd nor lz4 nor snappy by itself. What"
                  + " the job reads may be compressed with any of them.");

  public static final ConfigOption<Map<String, String>> KAFKA_PROPERTIES =
      key("kafka.properties")
          .mapType()
          .defaultValue(Map.of())
          .withDescription(
              "Further settings of the Kafka clients, such as"
                  + " kafka.properties.security.protocol: SASL_SSL. A password need not stand here:"
                  + " Kafka's config.providers read it from a file (docs/security.md).");

  public static final ConfigOption<Duration> ADMIT_REMEMBER =
      key("admit.remember")
          .durationType()
          .defaultValue(Duration.ofHours(24))
          .withDescription(
              "How long a request id is remembered, from its outcome on: within it a request that"
                  + " comes again is not served again. Also how long the journals of a request stay"
                  + " beside its archives.");

  public static final ConfigOption<Duration> FORGET_REMEMBER =
      key("forget.remember")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long it is remembered which requests a project and a user made, and which"
                  + " classifiers those created, so that a forget finds them (docs/privacy.md).");

  public static final ConfigOption<Duration> REQUEST_DEADLINE =
      key("request.deadline")
          .durationType()
          .defaultValue(Duration.ofMinutes(2))
          .withDescription(
              "Time from accepting a request to its archives, for a request that names none"
                  + " (options.deadlineSeconds).");

  public static final ConfigOption<Duration> REQUEST_MAX_DEADLINE =
      key("request.max-deadline")
          .durationType()
          .defaultValue(Duration.ofMinutes(30))
          .withDescription("Longest deadline a request gets; more is cut to it.");

  public static final ConfigOption<Integer> QUOTA_USER_REQUESTS =
      key("quota.user.requests")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Requests that a user (userId) may send in a minute; as many may come at once. More"
                  + " are rejected. 0: no limit (docs/order.md).");

  public static final ConfigOption<Integer> QUOTA_USER_PICTURES =
      key("quota.user.pictures")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Pictures that these requests may have. One with more is let through after a minute"
                  + " without any, and those after it wait for longer. 0: no limit.");

  public static final ConfigOption<Integer> QUOTA_USER_OPEN =
      key("quota.user.open")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Requests of a user that may wait or be served at once: without an outcome, and not"
                  + " past their deadline. 0: no limit.");

  public static final ConfigOption<Integer> QUOTA_CLASS_REQUESTS =
      key("quota.class.requests")
          .intType()
          .defaultValue(0)
          .withDescription(
              "Requests that all users of a class (classId) may send in a minute together; as many"
                  + " may come at once. 0: no limit.");

  public static final ConfigOption<Integer> QUOTA_CLASS_PICTURES =
      key("quota.class.pictures")
          .intType()
          .defaultValue(0)
          .withDescription("Pictures that these requests may have. 0: no limit.");

  public static final ConfigOption<Boolean> DISPATCH_SUPERSEDE =
      key("dispatch.supersede")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether a new request of a project ends those of the same project that still run"
                  + " (failed, superseded). Otherwise they are served one after another.");

  public static final ConfigOption<Integer> DISPATCH_IN_FLIGHT =
      key("dispatch.in-flight")
          .intType()
          .defaultValue(300)
          .withDescription(
              "Images of a request on their way at once, from being sent to being told of in a"
                  + " progress event; at least 20. More where the stages behind are faster: twice"
                  + " what they got done between the last two progress events.");

  public static final ConfigOption<Integer> DISPATCH_QUANTUM =
      key("dispatch.quantum")
          .intType()
          .defaultValue(100)
          .withDescription(
              "Images that a project sends before others have their turn, rounded up to a multiple"
                  + " of 20. Requests no larger than this are sent one after another, those that"
                  + " are larger in turns.");

  public static final ConfigOption<Duration> DISPATCH_PATIENCE =
      key("dispatch.patience")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription(
              "How long a request with as many images on their way as it may have waits for one of"
                  + " them; then it sends 20 more all the same.");

  public static final ConfigOption<String> IMAGES_DIR =
      key("images.dir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Where stored images lie, such as s3://bucket/prefix; an image's key below it is"
                  + " classid/userid/projectid/objectid. Requests with stored images fail without"
                  + " it.");

  public static final ConfigOption<Integer> IMAGES_READERS =
      key("images.readers")
          .intType()
          .defaultValue(16)
          .withDescription("Stored images read at once, for each task manager.");

  public static final ConfigOption<Integer> FETCH_CONCURRENCY =
      key("fetch.concurrency")
          .intType()
          .defaultValue(10_000)
          .withDescription(
              "Images in the fetch stage at once, waiting or in download, for each subtask. Large,"
                  + " because an image that waits for a slow host costs no more than its address,"
                  + " and too few places would make the images of all other hosts wait with it;"
                  + " fetch.memory and fetch.max-per-host bound what is really going on.");

  public static final ConfigOption<MemorySize> FETCH_MEMORY =
      key("fetch.memory")
          .memoryType()
          .noDefaultValue()
          .withDescription(
              "Bytes of images in memory at once, from download until they are handed on, for each"
                  + " task manager; at least fetch.max-size and a byte. By default a quarter of"
                  + " the JVM's heap.");

  public static final ConfigOption<Integer> FETCH_MAX_PER_HOST =
      key("fetch.max-per-host")
          .intType()
          .defaultValue(8)
          .withDescription("Downloads at once from one host, for each task manager.");

  public static final ConfigOption<Duration> FETCH_TIMEOUT =
      key("fetch.timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(20))
          .withDescription(
              "Longest time one attempt at a download takes in all, redirects included. Waiting for"
                  + " the host's turn or for memory does not count.");

  public static final ConfigOption<Duration> FETCH_CONNECT_TIMEOUT =
      key("fetch.connect-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("Longest time until a connection stands, and again until its TLS does.");

  public static final ConfigOption<Duration> FETCH_IDLE_TIMEOUT =
      key("fetch.idle-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(8))
          .withDescription("Longest silence within a download.");

  public static final ConfigOption<MemorySize> FETCH_MAX_SIZE =
      key("fetch.max-size")
          .memoryType()
          .defaultValue(new MemorySize(52_428_800))
          .withDescription("Largest image that is fetched, counted as it arrives.");

  public static final ConfigOption<Integer> FETCH_MAX_ATTEMPTS =
      key("fetch.max-attempts")
          .intType()
          .defaultValue(3)
          .withDescription("How often a download is tried that fails in a way that can pass.");

  public static final ConfigOption<Duration> FETCH_RETRY_DELAY =
      key("fetch.retry-delay")
          .durationType()
          .defaultValue(Duration.ofMillis(500))
          .withDescription(
              "Wait before the second attempt, doubled for each further one; what is waited is a"
                  + " random time of half to all of it.");

  public static final ConfigOption<Duration> FETCH_MAX_RETRY_AFTER =
      key("fetch.max-retry-after")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "Longest pause that a host can ask for with Retry-After. An image whose request ends"
                  + " before the pause does fails at once.");

  public static final ConfigOption<Duration> FETCH_DEAD_HOST_PAUSE =
      key("fetch.dead-host-pause")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "How long a host is left alone, its images failing at once, after as many time-outs"
                  + " in a row as fetch.max-per-host, and three at least.");

  public static final ConfigOption<String> FETCH_USER_AGENT =
      key("fetch.user-agent")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "What the job says it is to web hosts, in place of \"satchel (site.contact)\"."
                  + " Wikimedia asks for a way to reach you in it.");

  public static final ConfigOption<List<String>> FETCH_ALLOWED_NETWORKS =
      key("fetch.allowed-networks")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Private addresses that may be fetched from all the same, as CIDR blocks such as"
                  + " 10.1.0.0/16. Anything else that is not on the public internet is refused.");

  public static final ConfigOption<Integer> RESIZE_WIDTH =
      key("resize.width")
          .intType()
          .defaultValue(224)
          .withDescription("Width of a resized picture in pixels, 1 to 4096.");

  public static final ConfigOption<Integer> RESIZE_HEIGHT =
      key("resize.height")
          .intType()
          .defaultValue(224)
          .withDescription(
              "Height of a resized picture in pixels, 1 to 4096. The aspect ratio is not kept, as"
                  + " the training service would not keep it either.");
  public static final ConfigOption<List<String>> FETCH_ALLOWED_HOSTS =
      key("fetch.allowed-hosts")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Hosts that may be fetched from wherever their addresses are: names, or *.example.org"
                  + " for all names below one.");

  public static final ConfigOption<List<Integer>> FETCH_ALLOWED_PORTS =
      key("fetch.allowed-ports")
          .intType()
          .asList()
          .defaultValues(80, 443)
          .withDescription("Ports that may be fetched from.");

  public static final ConfigOption<Boolean> FETCH_TLS_VERIFY =
      key("fetch.tls.verify")
          .booleanType()
          .defaultValue(true)
          .withDescription("Whether the certificates of web hosts are verified.");

  public static final ConfigOption<List<String>> FETCH_TLS_UNVERIFIED_HOSTS =
      key("fetch.tls.unverified-hosts")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Hosts whose certificates are not verified: names, or *.example.org for all names"
                  + " below one.");

  public static final ConfigOption<TlsChoice> FETCH_TLS_ENGINE =
      key("fetch.tls.engine")
          .enumType(TlsChoice.class)
          .defaultValue(TlsChoice.AUTO)
          .withDescription(
              "What encrypts downloads: native (BoringSSL; the job does not start where it does not"
                  + " load), java (the JVM's own, slower), or auto: native where it loads, else"
                  + " java.");

  public static final ConfigOption<String> FETCH_WIKIMEDIA_PREFIX =
      key("fetch.wikimedia.prefix")
          .stringType()
          .defaultValue("https://upload.wikimedia.org/wikipedia/commons/")
          .withDescription("Images below this address are fetched as thumbnails; empty: none are.");

  public static final ConfigOption<String> FETCH_WIKIMEDIA_API =
      key("fetch.wikimedia.api")
          .stringType()
          .defaultValue("https://commons.wikimedia.org/w/api.php")
          .withDescription("The API that knows the thumbnails' addresses.");

  public static final ConfigOption<Integer> FETCH_WIKIMEDIA_WIDTH =
      key("fetch.wikimedia.width")
          .intType()
          .defaultValue(500)
          .withDescription(
              "Width of the thumbnails, in pixels: one of 20, 40, 60, 120, 250, 330, 500, 960,"
                  + " 1280, 1920 and 3840, since Wikimedia serves no other.");

  public static final ConfigOption<Long> RESIZE_MAX_PIXELS =
      key("resize.max-pixels")
          .longType()
          .defaultValue(50_000_000L)
          .withDescription("Most pixels a picture may have; its header is asked before decoding.");

  public static final ConfigOption<KernelChoice> RESIZE_KERNEL =
      key("resize.kernel")
          .enumType(KernelChoice.class)
          .defaultValue(KernelChoice.AUTO)
          .withDescription(
              "What resizes: native (OpenCV; the job does not start where it does not load), java"
                  + " (Thumbnailator, slower), or auto: native where it loads, else java.");

  public static final ConfigOption<Integer> RESIZE_JPEG_QUALITY =
      key("resize.jpeg-quality")
          .intType()
          .defaultValue(90)
          .withDescription("Quality of JPEG written, 1 to 100.");

  public static final ConfigOption<Duration> RESIZE_TIMEOUT =
      key("resize.timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription(
              "Longest time that resizing one picture takes; one that takes longer is refused as"
                  + " unsupported.");

  public static final ConfigOption<Duration> PROGRESS_INTERVAL =
      key("window.progress-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(1))
          .withDescription(
              "Shortest time between two progress events of a request, but for the last one, which"
                  + " comes at once: no two seconds see more than the contract's two a second.");

  public static final ConfigOption<String> CACHE_DIR =
      key("cache.dir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Where resized pictures are kept, such as s3://bucket/prefix, so that one that has"
                  + " not changed costs neither a download nor a resize when a pupil trains again."
                  + " Nothing is kept without it. Files that nobody asks for stay: let the store"
                  + " expire them after cache.ttl.");

  public static final ConfigOption<Duration> CACHE_MAX_AGE =
      key("cache.max-age")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "How long a cached image is used before its origin is asked whether it has changed;"
                  + " 0 to ask every time.");

  public static final ConfigOption<Duration> CACHE_TTL =
      key("cache.ttl")
          .durationType()
          .defaultValue(Duration.ofDays(14))
          .withDescription("How long a picture is kept since its origin was last asked.");

  public static final ConfigOption<Duration> CACHE_TIMEOUT =
      key("cache.timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(2))
          .withDescription("Longest time to look for a cached image; after that it is fetched.");

  public static final ConfigOption<String> ARCHIVES_DIR =
      key("archives.dir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Where archives are built, such as s3://bucket/prefix or file:///var/satchel: on a"
                  + " cluster a place that every task manager reaches.");

  public static final ConfigOption<Boolean> ARCHIVES_KEEP =
      key("archives.keep")
          .booleanType()
          .defaultValue(false)
          .withDescription("Keep the archives of a request after they were uploaded.");

  public static final ConfigOption<Integer> ARCHIVES_WRITERS =
      key("archives.writers")
          .intType()
          .defaultValue(8)
          .withDescription(
              "Requests whose archives are written at once, for each subtask of the window: enough"
                  + " that a class does not wait for one round trip to the store after another."
                  + " Each holds about 512 kb of images in memory.");

  public static final ConfigOption<Integer> ARCHIVES_MAX_ATTEMPTS =
      key("archives.max-attempts")
          .intType()
          .defaultValue(5)
          .withDescription(
              "How often the archives of a request are tried to be written when their store fails,"
                  + " at growing distances from 200 ms on; then the job restarts.");

  public static final ConfigOption<MemorySize> ARCHIVES_INLINE_SIZE =
      key("archives.inline-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(4))
          .withDescription(
              "Archives of a request that together are no larger are not written to archives.dir"
                  + " but travel to the trainer with their request, and lie in Flink's state until"
                  + " its outcome; 0 kb: none do. With archives.keep or deliverTo.store all are"
                  + " written.");

  public static final ConfigOption<MemorySize> ARCHIVES_INLINE_MEMORY =
      key("archives.inline-memory")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(32))
          .withDescription(
              "Bytes of such archives in memory at once, being made or uploaded, for each task"
                  + " manager; others wait in Flink's state. At least archives.inline-size.");

  public static final ConfigOption<String> CREDENTIALS_DIR =
      key("credentials.dir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Directory of the trainer's credentials, on every task manager: <name>.json holds"
                  + " {\"url\", \"apikey\"}; with \"auth\": \"basic\" the key is sent as HTTP"
                  + " Basic, and \"api_key\" in place of \"apikey\" is a legacy one. Changes are"
                  + " picked up without a restart.");

  public static final ConfigOption<String> CREDENTIALS_KEY_SET =
      key("credentials.key-set")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File on every task manager with the private keys, a JWK set, for credentials that"
                  + " come encrypted in a request; ./satchel keys makes one. Changes are picked up"
                  + " without a restart. Without it, such credentials are rejected.");

  public static final ConfigOption<List<String>> CREDENTIALS_ALLOWED_ORIGINS =
      key("credentials.allowed-origins")
          .stringType()
          .asList()
          .defaultValues()
          .withDescription(
              "Where the url of credentials that come encrypted in a request may be, such as"
                  + " https://trainer.example.org: anyone with the public key can make them. Needed"
                  + " with credentials.key-set.");

  public static final ConfigOption<String> ENDPOINTS_DIR =
      key("endpoints.dir")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Directory of the endpoints that archives can be posted to, on every task manager:"
                  + " <name>.json holds {\"url\", \"secret\"}. Changes are picked up without a"
                  + " restart. Requests for an endpoint are rejected without it.");

  public static final ConfigOption<String> WATSON_IAM_URL =
      key("watson.iam-url")
          .stringType()
          .defaultValue("https://iam.cloud.ibm.com")
          .withDescription("Where API keys are exchanged for tokens.");

  public static final ConfigOption<Integer> TRAINER_MAX_UPLOADS =
      key("trainer.max-uploads")
          .intType()
          .defaultValue(16)
          .withDescription(
              "Uploads at once, for each subtask of a trainer. Further requests wait in Flink's"
                  + " state and hold up nothing.")
          .withDeprecatedKeys("watson.max-uploads");

  public static final ConfigOption<MemorySize> TRAINER_MAX_UPLOAD_SIZE =
      key("trainer.max-upload-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(512))
          .withDescription(
              "Archives on their way at once, for each subtask of a trainer; a request with more"
                  + " goes alone. They are streamed: this is about the network, not memory.")
          .withDeprecatedKeys("watson.max-upload-size");

  public static final ConfigOption<Duration> TRAINER_PROGRESS_INTERVAL =
      key("trainer.progress-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(2))
          .withDescription(
              "Shortest time between two uploading events of a request, and before the first.")
          .withDeprecatedKeys("watson.progress-interval");

  public static final ConfigOption<Duration> TRAINER_CONNECT_TIMEOUT =
      key("trainer.connect-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription("Longest time until a connection to the trainer stands.")
          .withDeprecatedKeys("watson.connect-timeout");

  public static final ConfigOption<Duration> TRAINER_RESPONSE_TIMEOUT =
      key("trainer.response-timeout")
          .durationType()
          .defaultValue(Duration.ofMinutes(2))
          .withDescription("Longest wait for the trainer's answer once everything was sent.")
          .withDeprecatedKeys("watson.response-timeout");

  public static final ConfigOption<Duration> TRAINER_IDLE_TIMEOUT =
      key("trainer.idle-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription(
              "Longest time in which the trainer accepts no byte of an upload. One that moves,"
                  + " however slowly, is let be.")
          .withDeprecatedKeys("watson.idle-timeout");

  public static final ConfigOption<Duration> TRAINER_UPLOAD_TIMEOUT =
      key("trainer.upload-timeout")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription("Longest time for one attempt of an upload altogether.")
          .withDeprecatedKeys("watson.upload-timeout");

  public static final ConfigOption<Integer> TRAINER_MAX_ATTEMPTS =
      key("trainer.max-attempts")
          .intType()
          .defaultValue(5)
          .withDescription("How often a call to the trainer is tried that failed in passing.")
          .withDeprecatedKeys("watson.max-attempts");

  public static final ConfigOption<Duration> WATSON_COOL_DOWN =
      key("watson.cool-down")
          .durationType()
          .defaultValue(Duration.ofMinutes(1))
          .withDescription(
              "How long credentials whose plan was full, that were rejected, over their limit or"
                  + " without a service, are left alone by other requests of the same task manager,"
                  + " unless the service says how long (Retry-After). If all of a request's"
                  + " credentials are in their cool-down they are tried all the same, but for those"
                  + " that the service asked to leave alone.")
          .withDeprecatedKeys("watson.rest-time");

  public static final ConfigOption<Integer> WATSON_MAX_CALLS_PER_KEY =
      key("watson.max-calls-per-key")
          .intType()
          .defaultValue(20)
          .withDescription(
              "Calls at once with the same credentials; others wait their turn. The limit is"
                  + " divided among the subtasks of the trainer, but each may make one.");

  public static final ConfigOption<Duration> WATSON_DELETE_AGAIN_AFTER =
      key("watson.delete-again-after")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "When the deletion of a replaced classifier is repeated: one that was deleted while"
                  + " it trained can reappear.");

  public static final ConfigOption<Boolean> WATSON_FOLLOW =
      key("watson.follow")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether the trainer is asked what becomes of a classifier, and ready,"
                  + " training-failed or training-unknown is told.");

  public static final ConfigOption<Duration> WATSON_FOLLOW_INTERVAL =
      key("watson.follow-interval")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription(
              "Time from the upload to the first question after a classifier; each wait after that is"
                  + " half as long again.");

  public static final ConfigOption<Duration> WATSON_FOLLOW_MAX_INTERVAL =
      key("watson.follow-max-interval")
          .durationType()
          .defaultValue(Duration.ofMinutes(2))
          .withDescription("Longest time between two such questions.");

  public static final ConfigOption<Duration> WATSON_FOLLOW_LIMIT =
      key("watson.follow-limit")
          .durationType()
          .defaultValue(Duration.ofHours(2))
          .withDescription(
              "After which a classifier that still trains is given up as training-unknown.");

  /**
   * What to mind when a setting is changed across a savepoint. All others are free to change: what
   * is under way goes on, by the old value or the new one.
   */
  static final Map<ConfigOption<?>, String> CHANGED_WITH_CARE =
      Map.of(
          KAFKA_BOOTSTRAP_SERVERS,
          "Other brokers of the same cluster are free to name. For another cluster, start without a"
              + " savepoint: positions in the topics do not hold there.",
          KAFKA_REQUESTS_TOPIC,
          "A job that goes on from a savepoint reads the old topic, too, until it starts anew.",
          KAFKA_RESULTS_TOPIC,
          "Requests under way end in the new topic: move its readers first.",
          IMAGES_DIR,
          "Copy the images first: those of requests under way are looked for in the new place.",
          RESIZE_WIDTH,
          "Let requests under way end first, or their pictures have both sizes.",
          RESIZE_HEIGHT,
          "Let requests under way end first, or their pictures have both sizes.",
          ARCHIVES_DIR,
          "What the old place holds of requests that are not forgotten yet (admit.remember) is not"
              + " removed: delete it then. One of these that is sent again is not answered.",
          CREDENTIALS_DIR,
          "Names that requests under way use must be there, for watson.follow-limit after their"
              + " uploads.",
          CREDENTIALS_KEY_SET,
          "Keys that requests under way use must be there, for watson.follow-limit after their"
              + " uploads.");

  /** Options without which there is no job. */
  static final Set<ConfigOption<?>> REQUIRED =
      Set.of(SITE_NAME, SITE_CONTACT, KAFKA_BOOTSTRAP_SERVERS, ARCHIVES_DIR, CREDENTIALS_DIR);

  /** What the values must be beyond their type. */
  static final List<Rule> RULES =
      List.of(
          Rule.atLeast(KAFKA_MAX_MESSAGE_SIZE, MemorySize.ofMebiBytes(1)),
          Rule.atLeast(REQUEST_DEADLINE, Duration.ofSeconds(1)),
          Rule.atLeast(REQUEST_MAX_DEADLINE, Duration.ofSeconds(1)),
          Rule.longerThan(ADMIT_REMEMBER, REQUEST_MAX_DEADLINE),
          Rule.atLeast(QUOTA_USER_REQUESTS, 0),
          Rule.atLeast(QUOTA_USER_PICTURES, 0),
          Rule.atLeast(QUOTA_USER_OPEN, 0),
          Rule.atLeast(QUOTA_CLASS_REQUESTS, 0),
          Rule.atLeast(QUOTA_CLASS_PICTURES, 0),
          Rule.atLeast(FORGET_REMEMBER, Duration.ofSeconds(1)),
          Rule.atLeast(DISPATCH_IN_FLIGHT, 20),
          Rule.atLeast(DISPATCH_QUANTUM, 1),
          Rule.atLeast(DISPATCH_PATIENCE, Duration.ofMillis(100)),
          Rule.atLeast(FETCH_CONCURRENCY, 1),
          Rule.atLeast(PROGRESS_INTERVAL, Duration.ofMillis(100)),
          Rule.atLeast(CACHE_MAX_AGE, Duration.ZERO),
          Rule.atLeast(CACHE_TTL, Duration.ofSeconds(1)),
          Rule.atLeast(CACHE_TIMEOUT, Duration.ofMillis(1)),
          Rule.atLeast(ARCHIVES_WRITERS, 1),
          Rule.notLess(ARCHIVES_INLINE_MEMORY, ARCHIVES_INLINE_SIZE),
          Rule.atLeast(ARCHIVES_MAX_ATTEMPTS, 1),
          Rule.atLeast(TRAINER_MAX_UPLOADS, 1),
          Rule.atLeast(TRAINER_MAX_UPLOAD_SIZE, new MemorySize(1)),
          Rule.atLeast(TRAINER_PROGRESS_INTERVAL, Duration.ofMillis(100)),
          Rule.atLeast(TRAINER_IDLE_TIMEOUT, Duration.ofMillis(1)),
          Rule.atLeast(TRAINER_UPLOAD_TIMEOUT, Duration.ofMillis(1)),
          Rule.atLeast(WATSON_COOL_DOWN, Duration.ZERO),
          Rule.atLeast(WATSON_MAX_CALLS_PER_KEY, 1),
          Rule.atLeast(WATSON_DELETE_AGAIN_AFTER, Duration.ZERO),
          Rule.atLeast(WATSON_FOLLOW_INTERVAL, Duration.ofMillis(1)),
          Rule.longerThan(WATSON_FOLLOW_MAX_INTERVAL, WATSON_FOLLOW_INTERVAL),
          Rule.longerThan(WATSON_FOLLOW_LIMIT, WATSON_FOLLOW_INTERVAL),
          Rule.atLeast(TRAINER_CONNECT_TIMEOUT, Duration.ofMillis(1)),
          Rule.atLeast(TRAINER_RESPONSE_TIMEOUT, Duration.ofMillis(1)),
          Rule.atLeast(TRAINER_MAX_ATTEMPTS, 1));

  private SatchelOptions() {}

  /** All options, in the order in which they are declared. */
  public static List<ConfigOption<?>> all() {
    List<ConfigOption<?>> options = new ArrayList<>();
    for (var field : SatchelOptions.class.getDeclaredFields()) {
      if (Modifier.isPublic(field.getModifiers()) && field.getType() == ConfigOption.class) {
        try {
          options.add((ConfigOption<?>) field.get(null));
        } catch (IllegalAccessException e) {
          throw new LinkageError(field.getName(), e); // public, so it cannot be
        }
      }
    }
    return List.copyOf(options);
  }
}
