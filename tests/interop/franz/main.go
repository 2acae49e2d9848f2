// franz-go against a broker: idempotent producers with each codec, a group of two members with a rebalance, admin calls.
//
//	franz BOOTSTRAP
//
// It prints what it found; two brokers that behave alike print the same.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	topic      = "franz"
	group      = "franz-group"
	partitions = 6
	perCodec   = 2_000
	patience   = 60 * time.Second
)

// The place of a record.
type place struct {
	partition int32
	offset    int64
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: franz BOOTSTRAP")
	}
	seed := kgo.SeedBrokers(os.Args[1])
	ctx, cancel := context.WithTimeout(context.Background(), 3*patience)
	defer cancel()
	// By default kadm answers from metadata of up to five seconds ago.
	client := open(seed, kgo.MetadataMinAge(10*time.Millisecond))
	defer client.Close()
	admin := kadm.NewClient(client)
	topics(ctx, admin)
	sent := produce(ctx, seed)
	offsets(ctx, admin)
	consume(ctx, seed, sent)
	groups(ctx, admin)
	records(ctx, admin)
	remove(ctx, seed, admin)
}

func open(opts ...kgo.Opt) *kgo.Client {
	client, err := kgo.NewClient(opts...)
	check(err)
	return client
}

func check(err error) {
	if err != nil {
		log.Output(2, err.Error())
		panic(err)
	}
}

// topics creates, describes, configures, grows.
func topics(ctx context.Context, admin *kadm.Client) {
	value := "86400000"
	made, err := admin.CreateTopics(ctx, 4, 1, map[string]*string{"retention.ms": &value}, topic)
	check(err)
	check(made.Error())
	again, err := admin.CreateTopics(ctx, 4, 1, nil, topic)
	check(err)
	fmt.Println("create again:", again[topic].Err)
	bad, err := admin.CreateTopics(ctx, 1, 1, nil, "no spaces")
	check(err)
	fmt.Println("bad name:", bad["no spaces"].Err)
	alter, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "max.message.bytes", Value: kadm.StringPtr("2000000")}}, topic)
	check(err)
	for _, one := range alter {
		check(one.Err)
	}
	// A broker learns what the controller decided a moment later; so each change is awaited.
	wait("the changed config", func() bool {
		return slices.Contains(configs(ctx, admin), "max.message.bytes 2000000 DYNAMIC_TOPIC_CONFIG")
	})
	fmt.Println("configs:", strings.Join(configs(ctx, admin), ", "))
	grown, err := admin.UpdatePartitions(ctx, partitions, topic)
	check(err)
	check(grown.Error())
	var listed kadm.TopicDetails
	wait("the new partitions", func() bool {
		listed, err = admin.ListTopics(ctx, topic, "missing")
		check(err)
		return len(listed[topic].Partitions) == partitions
	})
	fmt.Println("partitions:", len(listed[topic].Partitions), "missing:", listed["missing"].Err)
	brokers, err := admin.ListBrokers(ctx)
	check(err)
	fmt.Println("brokers:", len(brokers))
}

func configs(ctx context.Context, admin *kadm.Client) []string {
	described, err := admin.DescribeTopicConfigs(ctx, topic)
	check(err)
	var found []string
	for _, one := range described {
		check(one.Err)
		for _, c := range one.Configs {
			if c.Key == "retention.ms" || c.Key == "max.message.bytes" || c.Key == "cleanup.policy" {
				found = append(found, fmt.Sprintln(c.Key, c.MaybeValue(), c.Source))
			}
		}
	}
	// The order says nothing.
	slices.Sort(found)
	for i := range found {
		found[i] = strings.TrimSpace(found[i])
	}
	return found
}

// produce sends with each codec, from an idempotent producer each, and returns what was acknowledged.
func produce(ctx context.Context, seed kgo.Opt) map[place]string {
	sent := make(map[place]string)
	var lock sync.Mutex
	codecs := []struct {
		name  string
		codec kgo.CompressionCodec
	}{
		{"none", kgo.NoCompression()}, {"gzip", kgo.GzipCompression()}, {"snappy", kgo.SnappyCompression()},
		{"lz4", kgo.Lz4Compression()}, {"zstd", kgo.ZstdCompression()},
	}
	for _, c := range codecs {
		// Idempotence with acks=all is franz-go's default.
		producer := open(seed, kgo.DefaultProduceTopic(topic), kgo.ProducerBatchCompression(c.codec), kgo.ProducerLinger(2*time.Millisecond),
			kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
		for i := range perCodec {
			value := fmt.Sprintf("%s %d %s", c.name, i, strings.Repeat("x", i%100))
			record := &kgo.Record{Key: fmt.Appendf(nil, "key%d", i%50), Value: []byte(value),
				Headers: []kgo.RecordHeader{{Key: "codec", Value: []byte(c.name)}, {Key: "codec", Value: nil}}}
			producer.Produce(ctx, record, func(r *kgo.Record, err error) {
				check(err)
				lock.Lock()
				defer lock.Unlock()
				sent[place{r.Partition, r.Offset}] = string(r.Value)
			})
		}
		check(producer.Flush(ctx))
		producer.Close()
	}
	fmt.Println("acknowledged:", len(sent))
	plain := open(seed, kgo.DefaultProduceTopic("missing"), kgo.UnknownTopicRetries(1), kgo.ProducerLinger(0))
	err := plain.ProduceSync(ctx, &kgo.Record{Value: []byte("x")}).FirstErr()
	fmt.Println("unknown topic:", errors.Is(err, kerr.UnknownTopicOrPartition))
	plain.Close()
	return sent
}

func offsets(ctx context.Context, admin *kadm.Client) {
	ends, err := admin.ListEndOffsets(ctx, topic)
	check(err)
	starts, err := admin.ListStartOffsets(ctx, topic)
	check(err)
	later, err := admin.ListOffsetsAfterMilli(ctx, time.Now().Add(time.Hour).UnixMilli(), topic)
	check(err)
	for partition := range int32(partitions) {
		end, _ := ends.Lookup(topic, partition)
		start, _ := starts.Lookup(topic, partition)
		after, _ := later.Lookup(topic, partition)
		fmt.Println("offsets:", partition, start.Offset, end.Offset, after.Offset == end.Offset)
	}
}

// A member of the group, that knows what it was assigned and read.
type member struct {
	client *kgo.Client
	lock   sync.Mutex
	owned  map[int32]bool
	seen   map[place]string
	done   chan struct{}
}

func (m *member) owns() int {
	m.lock.Lock()
	defer m.lock.Unlock()
	return len(m.owned)
}

func (m *member) read() int {
	m.lock.Lock()
	defer m.lock.Unlock()
	return len(m.seen)
}

func join(ctx context.Context, seed kgo.Opt, name string) *member {
	m := &member{owned: map[int32]bool{}, seen: map[place]string{}, done: make(chan struct{})}
	change := func(add bool) func(context.Context, *kgo.Client, map[string][]int32) {
		return func(ctx context.Context, client *kgo.Client, parts map[string][]int32) {
			if !add {
				// What was read is committed before another member starts there: so nothing is read twice.
				check(client.CommitMarkedOffsets(ctx))
			}
			m.lock.Lock()
			defer m.lock.Unlock()
			for _, p := range parts[topic] {
				if add {
					m.owned[p] = true
				} else {
					delete(m.owned, p)
				}
			}
		}
	}
	m.client = open(seed, kgo.ClientID(name), kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.Balancers(kgo.CooperativeStickyBalancer()),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.HeartbeatInterval(200*time.Millisecond), kgo.AutoCommitMarks(), kgo.BlockRebalanceOnPoll(),
		kgo.OnPartitionsAssigned(change(true)), kgo.OnPartitionsRevoked(change(false)))
	go func() {
		defer close(m.done)
		for {
			fetches := m.client.PollRecords(ctx, 500)
			if fetches.IsClientClosed() || ctx.Err() != nil {
				return
			}
			for _, e := range fetches.Errors() {
				check(e.Err)
			}
			m.lock.Lock()
			fetches.EachRecord(func(r *kgo.Record) {
				if len(r.Headers) != 2 || r.Headers[0].Key != "codec" || r.Headers[1].Value != nil {
					log.Fatalf("headers changed: %v", r.Headers)
				}
				m.seen[place{r.Partition, r.Offset}] = string(r.Value)
			})
			m.lock.Unlock()
			m.client.MarkCommitRecords(fetches.Records()...)
			m.client.AllowRebalance()
		}
	}()
	return m
}

func (m *member) leave(ctx context.Context) {
	check(m.client.CommitMarkedOffsets(ctx))
	m.client.CloseAllowingRebalance()
	<-m.done
}

func wait(what string, done func() bool) {
	for end := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			log.Fatalf("waited in vain: %s", what)
		}
	}
}

// consume reads all with two members, of which one comes later and one leaves.
func consume(ctx context.Context, seed kgo.Opt, sent map[place]string) {
	first := join(ctx, seed, "first")
	wait("the first has all partitions", func() bool { return first.owns() == partitions })
	second := join(ctx, seed, "second")
	wait("they share", func() bool { return first.owns() == partitions/2 && second.owns() == partitions/2 })
	fmt.Println("shared:", first.owns(), second.owns())
	wait("all is read", func() bool { return first.read()+second.read() >= len(sent) })
	first.leave(ctx)
	wait("the second has all partitions", func() bool { return second.owns() == partitions })
	fmt.Println("alone:", second.owns())
	second.leave(ctx)
	seen := first.seen
	twice := 0
	for at, value := range second.seen {
		if _, both := seen[at]; both {
			twice++
		}
		seen[at] = value
	}
	for at, value := range sent {
		if seen[at] != value {
			log.Fatalf("%v is %q, sent as %q", at, seen[at], value)
		}
	}
	fmt.Println("read:", len(seen), "twice:", twice)
}

func groups(ctx context.Context, admin *kadm.Client) {
	listed, err := admin.ListGroups(ctx)
	check(err)
	names := listed.Groups()
	slices.Sort(names)
	fmt.Println("groups:", names)
	lags, err := admin.Lag(ctx, group)
	check(err)
	lag := lags[group]
	check(lag.Error())
	fmt.Println("group:", lag.State, lag.ProtocolType, "lag", lag.Lag.Total())
	committed, err := admin.FetchOffsets(ctx, group)
	check(err)
	for _, o := range committed.Sorted() {
		fmt.Println("committed:", o.Partition, o.At)
	}
	missing, err := admin.DescribeGroups(ctx, "nobody")
	check(err)
	fmt.Println("no such group:", missing["nobody"].State, missing["nobody"].Err)
}

// records deletes some and looks at the new start.
func records(ctx context.Context, admin *kadm.Client) {
	var upTo kadm.Offsets
	upTo.AddOffset(topic, 0, 3, -1)
	deleted, err := admin.DeleteRecords(ctx, upTo)
	check(err)
	check(deleted.Error())
	starts, err := admin.ListStartOffsets(ctx, topic)
	check(err)
	start, _ := starts.Lookup(topic, 0)
	fmt.Println("start after delete:", start.Offset)
}

func remove(ctx context.Context, seed kgo.Opt, admin *kadm.Client) {
	gone, err := admin.DeleteGroups(ctx, group, "nobody")
	check(err)
	fmt.Println("delete groups:", gone[group].Err, gone["nobody"].Err)
	topics, err := admin.DeleteTopics(ctx, topic, "missing")
	check(err)
	fmt.Println("delete topics:", topics[topic].Err, topics["missing"].Err)
	client := open(seed, kgo.MetadataMinAge(10*time.Millisecond))
	defer client.Close()
	wait("no topic is left", func() bool {
		left, err := kadm.NewClient(client).ListTopics(ctx)
		check(err)
		return len(left) == 0
	})
}
