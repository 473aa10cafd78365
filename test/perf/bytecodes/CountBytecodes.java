import com.sun.jdi.*;
import com.sun.jdi.connect.*;
import com.sun.jdi.event.*;
import com.sun.jdi.request.*;
import java.io.*;
import java.util.*;

/**
 * Counts the bytecodes that a real JVM executes: starts RoutineCases under the debugger interface, makes one
 * step per bytecode and looks up the opcode at each place. Prints JSON; started by record-vectors.ts.
 */
public final class CountBytecodes {
  private static final Map<String, long[]> counts = new LinkedHashMap<>();
  private static String routine = "";

  public static void main(String[] arguments) throws Exception {
    LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
    Map<String, Connector.Argument> options = connector.defaultArguments();
    options.get("main").setValue("RoutineCases");
    options.get("options").setValue("-Xint -cp " + arguments[0]);
    VirtualMachine machine = connector.launch(options);
    BufferedReader output = new BufferedReader(new InputStreamReader(machine.process().getInputStream()));
    ClassPrepareRequest prepared = machine.eventRequestManager().createClassPrepareRequest();
    prepared.addClassFilter("RoutineCases");
    prepared.enable();
    run(machine);
    print(output);
  }

  private static void run(VirtualMachine machine) throws InterruptedException {
    while (true) {
      EventSet events = machine.eventQueue().remove();
      for (Event event : events) {
        if (event instanceof VMDisconnectEvent) return;
        if (event instanceof ClassPrepareEvent prepare) stepThrough(machine, prepare.thread());
        if (event instanceof StepEvent step) count(step);
      }
      events.resume();
    }
  }

  private static void stepThrough(VirtualMachine machine, ThreadReference thread) {
    EventRequestManager requests = machine.eventRequestManager();
    StepRequest step = requests.createStepRequest(thread, StepRequest.STEP_MIN, StepRequest.STEP_INTO);
    step.addClassExclusionFilter("java.*");
    step.addClassExclusionFilter("jdk.*");
    step.addClassExclusionFilter("sun.*");
    step.enable();
  }

  private static void count(StepEvent step) {
    Location place = step.location();
    String type = place.declaringType().name();
    if (type.equals("RoutineCases")) {
      if (place.method().name().equals("begin") && place.codeIndex() == 0) begin(step);
      if (place.method().name().equals("result")) routine = "";
      return;
    }
    boolean isLoading = place.method().isStaticInitializer(); // once per class, not once per call
    if (!type.contains("Routines") || routine.isEmpty() || isLoading) return;
    int opcode = place.method().bytecodes()[(int) place.codeIndex()] & 0xff;
    counts.get(routine)[classOf(opcode)]++;
  }

  private static void begin(StepEvent step) {
    try {
      StackFrame frame = step.thread().frame(0);
      routine = ((StringReference) frame.getArgumentValues().get(0)).value();
      if (!routine.isEmpty()) counts.put(routine, new long[4]);
    } catch (IncompatibleThreadStateException error) {
      throw new IllegalStateException(error);
    }
  }

  /** 0 locals, constants, arithmetic, branches; 1 arrays, fields, objects; 2 calls and returns; 3 conversions. */
  private static int classOf(int opcode) {
    if (opcode >= 0x85 && opcode <= 0x93) return 3; // i2l … i2s
    if (opcode >= 0xac && opcode <= 0xb1) return 2; // ireturn … return
    if (opcode >= 0xb6 && opcode <= 0xba) return 2; // invokevirtual … invokedynamic
    if (opcode >= 0xb2 && opcode <= 0xb5) return 1; // getstatic … putfield
    if (opcode >= 0x2e && opcode <= 0x35) return 1; // iaload … saload
    if (opcode >= 0x4f && opcode <= 0x56) return 1; // iastore … sastore
    if (opcode >= 0xbb && opcode <= 0xbe) return 1; // new, newarray, anewarray, arraylength
    if (opcode == 0xc0 || opcode == 0xc1) return 1; // checkcast, instanceof
    return 0;
  }

  private static void print(BufferedReader results) throws IOException {
    StringBuilder json = new StringBuilder("{");
    for (Map.Entry<String, long[]> entry : counts.entrySet()) {
      long[] c = entry.getValue();
      String result = results.readLine();
      json.append(json.length() == 1 ? "\n" : ",\n");
      json.append(String.format("  \"%s\": { \"local\": %d, \"memory\": %d, \"invoke\": %d, \"conversions\": %d, \"result\": \"%s\" }",
          entry.getKey(), c[0], c[1], c[2], c[3], result));
    }
    System.out.println(json.append("\n}"));
  }
}
