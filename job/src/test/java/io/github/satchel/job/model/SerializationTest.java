package io.github.satchel.job.model;

import io.github.satchel.contract.Event;
import io.github.satchel.contract.TrainingRequest;
import io.github.satchel.job.forget.Mention;
import io.github.satchel.job.forget.Removal;
import io.github.satchel.job.quota.EndedRequest;
import io.github.satchel.job.quota.Usage;
import org.apache.flink.types.PojoTestUtils;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SerializationTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        RawRequest.class,
        DeadLetter.class,
        TrainingRequest.class,
        AdmittedRequest.class,
        RequestSignal.class,
        EndedRequest.class,
        Usage.class,
        RequestStatus.class,
        ImageTask.class,
        ImageTask.Copy.class,
        FetchedImage.class,
        ResizedImage.class,
        PackedRequest.class,
        Mention.class,
        Removal.class,
        Event.class
      })
  void recordsBetweenStagesAreSerializedAsPojosWithoutKryo(Class<?> record) {
    PojoTestUtils.assertSerializedAsPojoWithoutKryo(record);
  }
}
