package io.github.satchel.job.memory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The bytes of images that a task manager holds at once: an asynchronous semaphore, in bytes. What
 * does not fit waits, without a thread.
 *
 * <p>A download that knows its length takes its whole share at once, before its body is read. One
 * that does not ({@link Share#grow}) takes more as it streams, and so holds memory while it waits
 * for memory. Two rules keep that from ending in a deadlock, in which every such download holds a
 * part and none can finish:
 *
 * <ul>
 *   <li>Growth is granted only if the result is a <em>safe state</em> in the sense of Dijkstra's
 *       banker's algorithm (EWD 108): the growing download that holds the most must still be able
 *       to reach the largest size, even if all others keep what they have. All have the same
 *       largest size, so once the first has finished and let go, so can the second, and so on.
 *       Shares of known length need no such care: they want nothing more and come back by
 *       themselves.
 *   <li>Growth goes before new shares. New ones wait in order of arrival, and none overtakes
 *       another, so a big image is not starved by a stream of small ones; and what grows has to
 *       compete only with what is already there.
 * </ul>
 *
 * <p>Shares that are {@linkplain Share#settle settled} wait to be handed on. Once they hold a given
 * number of bytes, new shares wait too: what is fetched further ahead only ages in the heap, and
 * takes hosts' turns from images that are needed sooner.
 *
 * <p>So downloads of unknown length together hold at most the capacity, and all but one of them at
 * most the capacity less the largest size; downloads of known length use all of it.
 */
public final class ByteBudget {

  private final long capacity;
  private final long largest;
  private final long ahead;
  private final Set<Share> growing = new HashSet<>();
  private final Deque<Claim> growths = new ArrayDeque<>();
  private final Deque<Claim> openings = new ArrayDeque<>();
  private long used;
  private long settled;

  /** A budget whose settled shares may have all of it. */
  public ByteBudget(long capacity, long largest) {
    this(capacity, largest, Long.MAX_VALUE);
  }

  /**
   * A budget, all of it free.
   *
   * @param capacity in bytes
   * @param largest most bytes a single share takes
   * @param ahead bytes of settled shares from which on new shares wait
   */
  public ByteBudget(long capacity, long largest, long ahead) {
    if (largest > capacity) {
      throw new IllegalArgumentException(
          "a budget of " + capacity + " bytes never fits " + largest);
    }
    this.capacity = capacity;
    this.largest = largest;
    this.ahead = ahead;
  }

  /** Bytes that it grants at once. */
  public long capacity() {
    return capacity;
  }

  /** Bytes that are granted now. */
  public synchronized long used() {
    return used;
  }

  /** How many claims wait. */
  public synchronized int waiting() {
    return growths.size() + openings.size();
  }

  /** A share that holds nothing yet. */
  public Share share() {
    return new Share();
  }

  private void submit(Claim claim) {
    List<Claim> granted;
    synchronized (this) {
      if (claim.share.closed) {
        return;
      }
      (claim.share.held > 0 ? growths : openings).add(claim);
      granted = grantWhatFits();
    }
    granted.forEach(each -> each.granted.run());
  }

  private List<Claim> grantWhatFits() {
    List<Claim> granted = new ArrayList<>();
    for (Iterator<Claim> claims = growths.iterator(); claims.hasNext(); ) {
      Claim claim = claims.next();
      if (fits(claim)) {
        claims.remove();
        grant(claim);
        granted.add(claim);
      }
    }
    while (growths.isEmpty()
        && settled < ahead
        && !openings.isEmpty()
        && fits(openings.element())) {
      Claim claim = openings.remove();
      grant(claim);
      granted.add(claim);
    }
    return granted;
  }

  private boolean fits(Claim claim) {
    if (claim.bytes > capacity - used) {
      return false;
    }
    if (!claim.growing) {
      return true;
    }
    long most = claim.share.held + claim.bytes;
    long sum = most;
    for (Share share : growing) {
      if (share != claim.share) {
        sum += share.held;
        most = Math.max(most, share.held);
      }
    }
    return sum - most + largest <= capacity;
  }

  private void grant(Claim claim) {
    used += claim.bytes;
    claim.share.held += claim.bytes;
    if (claim.growing) {
      growing.add(claim.share);
    }
  }

  private record Claim(Share share, long bytes, boolean growing, Runnable granted) {}

  /** The part of the budget that one download holds. */
  public final class Share {

    private long held;
    private boolean settled;
    private boolean closed;

    private Share() {}

    /**
     * Takes the whole of a known length.
     *
     * @param bytes at most the budget's largest share
     * @param granted run when the bytes are there, in this call or later in some other thread;
     *     never if the share is released first
     */
    public void reserve(long bytes, Runnable granted) {
      submit(new Claim(this, bytes, false, granted));
    }

    /** Takes more, by and by; parameters as for {@link #reserve}. */
    public void grow(long bytes, Runnable granted) {
      submit(new Claim(this, bytes, true, granted));
    }

    /** Will not grow any more, gives back what is over a size, and waits to be handed on. */
    public void settle(long bytes) {
      synchronized (ByteBudget.this) {
        if (!settled) {
          settled = true;
          ByteBudget.this.settled += held;
        }
      }
      giveBack(bytes);
    }

    /** Gives everything back, and any claim up; again, it does nothing. */
    public void release() {
      synchronized (ByteBudget.this) {
        closed = true;
        Predicate<Claim> own = claim -> claim.share == this;
        growths.removeIf(own);
        openings.removeIf(own);
      }
      giveBack(0);
    }

    private void giveBack(long keep) {
      List<Claim> granted;
      synchronized (ByteBudget.this) {
        growing.remove(this);
        long back = Math.max(0, held - keep);
        used -= back;
        held -= back;
        if (settled) {
          ByteBudget.this.settled -= back;
        }
        granted = grantWhatFits();
      }
      granted.forEach(claim -> claim.granted.run());
    }
  }
}
